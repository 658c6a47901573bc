"""tls.py - handshakes and bulk, with the certificate of fil-certs (P-256)."""
from measure import LoadError, load

NAME, TITLE = "tls", "tls: handshakes and bulk, P-256 certificate, GnuTLS as the client"
HANDSHAKES = (("full", "1.3", 1), ("full", "1.3", 4), ("resume", "1.3", 1),
              ("full", "1.2", 1), ("full", "1.2", 4), ("resume", "1.2", 1))
LINE = r"E23456789abcdefghij\n"


def run(bench):
    bench.folder_of_ftp()
    with bench.target() as port:
        bench.each(one, upstream=port)


def one(bench, server, who):
    for kind, version, at_once in HANDSHAKES:
        if at_once == 1 or not who.get("serial"):
            with bench.noting(who, f"TLS {version} {kind}"):
                handshakes(bench, server, who, (kind, version, at_once))
    if who.get("bulk"):
        with bench.noting(who, "bulk"):
            before = server.cpu()
            said = load("tlsload", server.port, "bulk", "1.3", bench.mib(1024),
                        who.get("bulk"))
            used = server.cpu() - before
            bench.results.more("bulk down, TLS 1.3", who.name, said["gb_s"], "GB/s", 2)
            bench.results.less("bulk down: server CPU", who.name,
                               used / (bench.mib(1024) / 1024), "s/GiB", 2)
            bench.results.note(f"bulk: {who.name}: {said['cipher']}")


def handshakes(bench, server, who, which):
    kind, version, at_once = which
    before = server.cpu()
    said = load("tlsload", server.port, kind, version, at_once, bench.seconds(0.5),
                who.get("ping", LINE))
    used = server.cpu() - before
    if said["failed"] or not said["n"]:
        raise LoadError(f"{said['failed']} of {said['n'] + said['failed']} failed")
    if kind == "resume" and said["resumed"] < 0.95 * said["n"]:
        raise LoadError(f"only {said['resumed']} of {said['n']} were resumed")
    name = f"TLS {version}, {kind}, {at_once} at once"
    bench.results.more(f"{name}: handshakes", who.name, said["hs_s"], "/s")
    bench.results.less(f"{name}: server CPU", who.name, used * 1e6 / said["n"], "us", 0)
