#!/usr/bin/env python3
"""smtp_dns.py - fil-smtp finds the exchangers of a domain: dnsmasq, and a DNS server
that says what no honest one would."""
import re, time

import harness
from fake import said
from harness import test
from mailpeers import (NXDOMAIN, REFUSED, SERVFAIL, STALL, Dns, HANG_UP, Mail, dns_data,
                       dns_name, dnsmasq, smtp)

TO = "pc3@iiia.example"
HOSTS = {f"mx{n}.iiia.example A": [f"mx{n}.iiia.example A 127.0.0.{n}"] for n in range(1, 9)}


def mx(*rows, owner="iiia.example"):
    return {f"{owner} MX": [f"{owner} MX {row}" for row in rows]}


def shown(dns, *options, to=TO):
    """What --show-mx prints, a line each."""
    status, out, err = smtp("--dns", dns, "--show-mx", *options, to=to)
    assert status == 0, (status, out, err)
    return out.splitlines()


def send(dns, port, *options, to=TO):
    return smtp("--dns", dns, "--port", str(port), *options, to=to)


def refused(table, status, english, to=TO, **more):
    """The search ends with this status, and says why."""
    got, out, err = smtp("--dns", Dns(table, **more).address, to=to)
    assert (got, out) == (status, ""), (got, out, err)
    assert said(english) in err, err


# --- dnsmasq ------------------------------------------------------------------------

@test
def exchangers_of_dnsmasq_come_by_preference():
    """RFC 5321 5.1: the smallest first, whatever the order in which they stand."""
    with dnsmasq("--mx-host=iiia.example,b.example,20", "--mx-host=iiia.example,c.example,300",
                 "--mx-host=iiia.example,a.example,5") as dns:
        assert shown(dns) == ["5 a.example", "20 b.example", "300 c.example"]


@test
def equal_preferences_are_shuffled():
    """RFC 5321 5.1: so that they share the work.  Each comes first at times, and the
    others keep their place."""
    with dnsmasq(*(f"--mx-host=iiia.example,{name}.example,10" for name in "abc"),
                 "--mx-host=iiia.example,first.example,1") as dns:
        firsts = set()
        for _ in range(60):
            lines = shown(dns)
            assert lines[0] == "1 first.example" and len(set(lines)) == 4, lines
            firsts.add(lines[1])
            if len(firsts) == 3:
                return
        assert False, f"60 times, and only {firsts}"


@test
def mail_goes_to_the_next_exchanger_when_the_first_is_down():
    """RFC 5321 5.1.  Nobody listens at the first; the second has two addresses, and
    somebody at one of them."""
    server = Mail()
    with dnsmasq("--mx-host=iiia.example,mx1.iiia.example,10",
                 "--mx-host=iiia.example,mx2.iiia.example,20",
                 "--host-record=mx1.iiia.example,127.0.0.9",
                 "--host-record=mx2.iiia.example,127.0.0.8",
                 "--host-record=mx2.iiia.example,127.0.0.1") as dns:
        status, out, err = send(dns, server.port)
    assert status == 0 and len(server.messages) == 1, (status, out, err)
    assert "127.0.0.9" in err, err


@test
def a_domain_without_mx_is_its_own_exchanger():
    """RFC 5321 5.1: the implicit MX; with an IPv6 address, too."""
    server = Mail()
    with dnsmasq("--local=/example/", "--host-record=iiia.example,127.0.0.1") as dns:
        assert shown(dns) == ["0 iiia.example"]
        status, out, err = send(dns, server.port)
        assert status == 0, (status, out, err)
    if harness.have_ipv6():
        server = Mail(host="::1")
        with dnsmasq("--local=/example/", "--host-record=iiia.example,::1") as dns:
            assert send(dns, server.port)[0] == 0
            assert send(dns, server.port, "-6")[0] == 0
            assert send(dns, server.port, "-4")[0] == 68


@test
def a_long_answer_of_dnsmasq_is_fetched_over_tcp():
    """RFC 1035 4.2.1: 512 bytes over UDP; forty exchangers are more.  The best of them
    are known all the same."""
    rows = [f"--mx-host=iiia.example,exchanger-with-a-long-name-{n}.example,{n}"
            for n in range(1, 41)]
    with dnsmasq(*rows, "--edns-packet-max=512") as dns:
        lines = shown(dns)
    assert lines[:2] == [f"{n} exchanger-with-a-long-name-{n}.example" for n in (1, 2)]
    assert len(lines) == 32, len(lines)


# --- a scripted DNS server --------------------------------------------------------------

@test
def each_way_to_have_no_exchanger_is_told_apart():
    """spec 04: what can never work is 68, what may work later is 75; a user must see
    whether the address or the network is wrong."""
    refused({"iiia.example MX": NXDOMAIN}, 68, "no such name (NXDOMAIN)")
    for rows in (("0 .",), ("0 .", "10 .")):
        status, out, err = smtp("--dns", Dns(mx(*rows)).address)
        assert status == 68 and "null MX" in err, (status, err)
    assert shown(Dns(mx("0 .", "10 mx1.iiia.example")).address) == ["10 mx1.iiia.example"]
    refused({}, 68, "no such host: the name has no address")
    refused({"iiia.example MX": SERVFAIL}, 75, "the DNS server failed (SERVFAIL); try again "
            "later")
    refused({"iiia.example MX": REFUSED}, 75, "the DNS server refused to answer")


@test
def a_dns_server_that_is_silent_is_given_up():
    """Time-outs are told from failures; --timeout bounds them."""
    dns = Dns({"iiia.example MX": STALL})
    begin = time.monotonic()
    status, out, err = smtp("--dns", dns.address, "--timeout", "1")
    assert status == 75 and said("no DNS server answered") in err, (status, err)
    assert time.monotonic() - begin < harness.DEADLINE


@test
def a_dns_server_that_is_silent_over_tcp_is_given_up():
    """The C library waits without end for an answer over TCP."""
    dns = Dns(mx("10 mx1.iiia.example"), over_tcp={"iiia.example MX": STALL},
              cut=("iiia.example MX",))
    status, out, err = smtp("--dns", dns.address, "--timeout", "1")
    assert status == 75 and said("no DNS server answered") in err, (status, err)


@test
def a_truncated_answer_is_asked_for_over_tcp():
    """RFC 7766: the half that came over UDP must not be taken for all; up to 64 KiB."""
    rows = [f"{n} {'x' * 60}.{'y' * 60}.mx{n}.example" for n in range(400)]
    dns = Dns(mx(*rows), cut=("iiia.example MX",))
    lines = shown(dns.address)
    assert [how for how, _ in dns.questions] == ["udp", "tcp"], dns.questions
    assert lines == rows[:32], lines[:3]


@test
def one_exchanger_that_does_not_resolve_does_not_end_the_search():
    """spec 04.  Nor one whose DNS fails; and the best hope is what the status tells."""
    server = Mail()
    table = {**HOSTS, **mx("1 gone.example", "2 broken.example", "3 mx1.iiia.example"),
             "gone.example A": NXDOMAIN, "gone.example AAAA": NXDOMAIN,
             "broken.example A": SERVFAIL, "broken.example AAAA": SERVFAIL}
    status, out, err = send(Dns(table).address, server.port)
    assert status == 0 and "gone.example" in err and "broken.example" in err, (status, err)
    for rows, expected in ((("1 gone.example",), 68),
                           (("1 gone.example", "2 broken.example"), 75),
                           (("1 gone.example", "2 mx9.example"), 68),
                           (("1 gone.example", "2 mx5.iiia.example"), 69),
                           (("1 broken.example", "2 mx5.iiia.example"), 75)):
        status, out, err = send(Dns({**table, **mx(*rows)}).address, server.port)
        assert status == expected, (rows, status, err)


@test
def one_address_that_fails_leaves_the_other():
    """An IPv6 answer that is broken must not hide the IPv4 one."""
    server = Mail()
    for wrong in (SERVFAIL, NXDOMAIN, b"\0", ["mx1.iiia.example AAAA ::ffff:127.0.0.9"]):
        table = {**HOSTS, **mx("1 mx1.iiia.example"), "mx1.iiia.example AAAA": wrong}
        assert send(Dns(table).address, server.port)[0] == 0, wrong
    assert len(server.messages) == 4


@test
def an_alias_is_followed_and_an_exchanger_that_is_one_is_noticed():
    """RFC 5321 5.1: the domain may be a CNAME, an exchanger should not; both work."""
    server = Mail()
    table = {**HOSTS, **mx("10 mx1.iiia.example", owner="real.example"),
             "iiia.example MX": ["iiia.example CNAME real.example",
                                 "real.example MX 10 mx1.iiia.example"]}
    status, out, err = send(Dns(table).address, server.port)
    assert status == 0 and "CNAME" not in err and "real" not in err, (status, err)
    # a server that knows the alias and nothing more
    table["iiia.example MX"] = ["iiia.example CNAME real.example"]
    assert shown(Dns(table).address) == ["10 mx1.iiia.example"]
    # an alias of a domain without MX
    table = {**HOSTS, "iiia.example MX": ["iiia.example CNAME mx1.iiia.example"]}
    assert send(Dns(table).address, server.port)[0] == 0
    table = {**HOSTS, **mx("10 www.example"), "www.example A": [
        "www.example CNAME mx1.iiia.example", "mx1.iiia.example A 127.0.0.1"]}
    status, out, err = send(Dns(table).address, server.port)
    assert status == 0 and "RFC 5321 5.1" in err and "www.example" in err, (status, err)
    # one that has IPv6 alone, and one that has both, which is told once
    table["www.example AAAA"] = ["www.example CNAME mx1.iiia.example",
                                 "mx1.iiia.example AAAA ::1"]
    _, _, err = send(Dns(table).address, server.port)
    assert err.count("RFC 5321 5.1") == 1, err
    del table["www.example A"]
    _, _, err = send(Dns(table).address, server.port)
    assert err.count("RFC 5321 5.1") == 1, err


@test
def aliases_that_lead_in_a_circle_end():
    """A hostile zone: in one answer, in two, and for ever on."""
    words = "the name is an alias that leads in a circle, or too far"
    refused({"iiia.example MX": ["iiia.example CNAME b.example", "b.example CNAME iiia.example"]},
            75, words)
    refused({"iiia.example MX": ["iiia.example CNAME b.example"],
             "b.example MX": ["b.example CNAME iiia.example"]}, 75, words)
    refused({f"{'x' * n}iiia.example MX": [f"{'x' * n}iiia.example CNAME {'x' * (n + 1)}"
                                           "iiia.example"] for n in range(20)}, 75, words)


@test
def answers_that_cannot_be_read_are_a_failure_and_no_more():
    """Records cut short, pointers to themselves, counts that lie."""
    question = dns_name("iiia.example") + b"\0\x0f\0\1"
    head = b"\0\1\0\1\0\0\0\0" + question
    record = b"\xc0\x0c\0\x0f\0\1\0\0\0\x3c"
    for body in (head, head + record, head + record + b"\0\x05\0\x0aab",
                 head + record + b"\0\4\0\x0a\xc0\x2c", head + record + b"\0\1\0",
                 head + record + b"\xff\xff\0\x0a\1x\0",
                 b"\0\1\xff\xff\0\0\0\0" + question):
        status, out, err = smtp("--dns", Dns({"iiia.example MX": body}).address,
                                "--timeout", "2")
        assert status == 75 and out == "", (body, status, err)


@test
def names_of_control_characters_stay_harmless():
    """An exchanger is a peer's text: it goes to a terminal, and into no command."""
    dns = Dns(mx("10 \x1b[2J\r\nRCPT TO:<evil>.example"))
    lines = shown(dns.address)
    assert len(lines) == 1 and re.fullmatch(r"10 [!-~]+", lines[0]), lines
    assert send(dns.address, 9)[0] == 68


@test
def a_refused_recipient_is_final_and_any_other_failure_is_not():
    """spec 04: 67 ends the search, for every exchanger would say the same; 4xx, a
    hang-up, a refused greeting do not."""
    last = Mail(host="127.0.0.2")
    dns = Dns({**HOSTS, **mx("1 mx1.iiia.example", "2 mx2.iiia.example")}).address
    for replies, expected in (({"RCPT": b"550 5.1.1 nobody\r\n"}, 67),
                              ({"MAIL": b"550 5.7.1 no\r\n"}, 69),
                              ({"DATA": b"554 no\r\n"}, 69), ({"text": b"554 spam\r\n"}, 69),
                              ({"RCPT": b"450 4.2.0 later\r\n"}, 0),
                              ({"greeting": b"554 no\r\n"}, 0), ({"EHLO": b"550 no\r\n"}, 0),
                              ({"greeting": HANG_UP}, 0), ({"text": b"451 later\r\n"}, 0),
                              ({"text": HANG_UP}, 75)):
        first = Mail(replies, host="127.0.0.1", port=last.port)
        before = len(last.messages)
        status, out, err = send(dns, last.port)
        assert status == expected, (replies, status, err)
        assert len(last.messages) - before == (expected == 0), replies
        first.close()


@test
def the_status_of_several_failures_is_the_best_hope():
    """69 from one and 75 from another: trying again may help."""
    server = Mail({"greeting": b"421 later\r\n"})
    for rows in (("1 mx1.iiia.example", "2 mx2.iiia.example"),
                 ("2 mx1.iiia.example", "1 mx2.iiia.example")):
        dns = Dns({**HOSTS, **mx(*rows)}).address
        status, out, err = send(dns, server.port)
        assert status == 75 and "127.0.0.2" in err, (status, err)


@test
def the_server_of_the_user_is_asked_whatever_dns_says():
    """--server: no MX is looked up; its addresses come from --dns, if that is given."""
    server = Mail()
    dns = Dns({**HOSTS, **mx("0 .")})
    status, out, err = smtp("--dns", dns.address, "--server",
                            f"mx1.iiia.example:{server.port}", to=TO)
    assert status == 0, (status, err)
    assert "iiia.example MX" not in [what for _, what in dns.questions], dns.questions
    status, out, err = smtp("--dns", dns.address, "--server", "nobody.example", to=TO)
    assert status == 68, (status, err)


if __name__ == "__main__":
    harness.main()
