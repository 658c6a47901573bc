"""ftpd.py - FTP servers, files on tmpfs."""
import os

from measure import Holding, LoadError, load

NAME, TITLE = "ftpd", "ftpd: FTP servers, files on tmpfs"
SMALL_FILES, SESSIONS, CLIENTS = 2500, 300, 200
LISTINGS = (("LIST", "small", 10000), ("LIST", "many", 100000), ("MLSD", "many", 100000))


def run(bench):
    bench.folder_of_ftp(many=True)
    bench.each(one)


def one(bench, server, who):
    for secure in ("clear", "tls") if who.get("tls") else ("clear",):
        with bench.noting(who, f"RETR, {secure}"):
            retrieve(bench, server, who, secure)
        with bench.noting(who, f"STOR, {secure}"):
            store(bench, server, who, secure)
    for step in (small_files, logins, listings, idle_sessions, all_at_once):
        with bench.noting(who, step.__name__.replace("_", " ")):
            step(bench, server, who)


def names(secure):
    return "" if secure == "clear" else " under TLS (PROT P)"


def retrieve(bench, server, who, secure):
    wanted = bench.mib(1024) << 20
    for how in ("drop", "read") if secure == "clear" else ("read",):
        before = server.cpu()
        said = load("ftpload", server.port, secure, "retr", "/big", how)
        used = server.cpu() - before
        if said["bytes"] != wanted:
            raise LoadError(f"{said['bytes']} of {wanted} bytes came")
        title = f"RETR of 1 GiB{names(secure)}"
        if how == "read" and secure == "clear":
            bench.results.more(f"{title}, client reads", who.name, said["gb_s"], "GB/s", 2)
            continue
        bench.results.more(title, who.name, said["gb_s"], "GB/s", 2)
        bench.results.less(f"{title}: server CPU", who.name, used, "s", 3)


def store(bench, server, who, secure):
    wanted = bench.mib(1024) << 20
    stored = bench.tree / "ftp" / "incoming" / f"up-{who.name}-{bench.results.round}-{secure}"
    before = server.cpu()
    try:
        said = load("ftpload", server.port, secure, "stor", f"/incoming/{stored.name}", wanted)
        used = server.cpu() - before
        if stored.stat().st_size != wanted:
            raise LoadError(f"{stored.stat().st_size} of {wanted} bytes were stored")
    finally:
        if stored.exists():
            os.unlink(stored)
    title = f"STOR of 1 GiB{names(secure)}"
    bench.results.more(title, who.name, said["gb_s"], "GB/s", 2)
    bench.results.less(f"{title}: server CPU", who.name, used, "s", 3)


def small_files(bench, server, who):
    count = bench.many(SMALL_FILES)
    before = server.cpu()
    said = load("ftpload", server.port, "clear", "small", "/small", count)
    used = server.cpu() - before
    bench.results.more("1 KiB files, one session", who.name, said["rate"], "/s")
    bench.results.less("1 KiB files: server CPU", who.name, used * 1e6 / count, "us/file", 0)


def logins(bench, server, who):
    for count in (1, 8):
        said = load("ftpload", server.port, "clear", "login", count, bench.seconds(0.5))
        if said["failed"] or not said["ok"]:
            raise LoadError(f"{said['ok']} got in, {said['failed']} did not")
        bench.results.more(f"logins, {count} at a time", who.name, said["rate"], "/s")


def listings(bench, server, who):
    for command, folder, entries in LISTINGS:
        with bench.noting(who, f"{command} of {entries:,}"):
            said = load("ftpload", server.port, "clear", "list", command, f"/{folder}")
            if said["bytes"] < bench.many(entries) * 20:
                raise LoadError(f"cut short at {said['bytes']} bytes")
            bench.results.less(f"{command} of {entries:,} entries", who.name, said["ms"], "ms")


def idle_sessions(bench, server, who):
    server.restart()			# what listings have left in its heap is not theirs
    with Holding("ftpload", server.port, "clear", "idle", bench.many(SESSIONS)) as clients:
        clients.said()
        for of in ("Rss", "Pss"):
            bench.results.less(f"{SESSIONS} idle sessions: memory ({of.upper()})", who.name,
                               server.memory(of) / 1024, "MiB")
        clients.go_on()
        clients.process.wait(60)


def all_at_once(bench, server, who):
    said = load("ftpload", server.port, "clear", "many", bench.many(CLIENTS), "/mid")
    title = f"{CLIENTS} clients at once, 4 MiB each"
    bench.results.more(f"{title}: greeted", who.name,
                       100 - 100 * said["ungreeted"] / bench.many(CLIENTS), "%")
    bench.results.more(f"{title}: served", who.name,
                       100 - 100 * said["failed"] / bench.many(CLIENTS), "%")
    if not said["failed"]:
        bench.results.less(f"{title}: all done", who.name, said["secs"], "s", 2)
    else:
        bench.results.note(f"{who.name}: {title}: {said['failed']} failed, "
                           f"{said['ungreeted']} without a greeting within 8 s")
