/* host_port.h - HOST, HOST:PORT, [IPV6] or [IPV6]:PORT, as people type it.
 * See also: tests/check_host_port.c */
#ifndef NET_HOST_PORT_H
#define NET_HOST_PORT_H

#define HOST_PORT_SIZE	256		/* of a host: a name is at most 255 */

struct host_port {
	char		 host[HOST_PORT_SIZE];
	int		 port;
};

/*
 * host_port_parse - take it apart
 *   text   an IPv6 address without brackets has no port behind it
 *   port   if none is given
 * Returns 0, or -1: there is no host, or it is too long, or the port is not a
 * number from 1 to 65535.
 * Blocks: no.   Threads: safe.
 */
int	host_port_parse(const char *text, int port, struct host_port *parsed);

#endif
