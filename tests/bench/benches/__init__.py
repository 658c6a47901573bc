"""benches - a file a bench: which load, and which figures come of it.

A bench is a module with NAME, TITLE, and run(bench), which calls bench.each() with
what is done to one contender, once a round."""
from benches import (ack, chat, conns, daytime, ftpc, ftpd, http, proxy, tftpd, tls,
                     udp)

ALL = {module.NAME: module for module in
       (ack, conns, udp, daytime, chat, proxy, tls, http, ftpd, ftpc, tftpd)}
