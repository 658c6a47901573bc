"""ftpc.py - FTP clients, from one server, into files on tmpfs."""
import shutil

NAME, TITLE = "ftpc", "ftpc: FTP clients, from one server, into files on tmpfs"
SERVERS = ("vsftpd", "pyftpdlib", "fil")		# the first that can be started
FILES = 10000


def run(bench):
    bench.folder_of_ftp()
    with bench.server_of("ftpd", *SERVERS) as port:
        bench.each(one, upstream=port, starts=False)


def one(bench, place, who):
    with bench.noting(who, "get"):
        seconds, cpu = bench.fetched(who, place, who.command(place), bench.mib(1024) << 20)
        bench.results.less("get of 1 GiB: time", who.name, seconds, "s", 3)
        bench.results.less("get of 1 GiB: client CPU", who.name, cpu, "s", 3)
    with bench.noting(who, "a small file"):
        place.remote = "small/0"
        seconds, _ = bench.fetched(who, place, who.command(place), 1024)
        bench.results.less("start, log in, get 1 KiB, end: time", who.name,
                           seconds * 1e3, "ms")
    if who.get("mirror"):
        with bench.noting(who, "mirror"):
            mirror(bench, place, who)


def mirror(bench, place, who):
    place.out = place.out.with_name("mirrored")
    try:
        seconds, cpu = bench.run_client(who, who.get("mirror")(place))
        found = sum(1 for _ in place.out.glob("*"))
        if found != bench.many(FILES):
            bench.results.note(f"{who.name}: mirror: {found} of {bench.many(FILES)} files")
            return
        bench.results.less(f"mirror of {FILES:,} files: time", who.name, seconds, "s", 2)
        bench.results.less(f"mirror of {FILES:,} files: client CPU", who.name, cpu, "s", 2)
    finally:
        shutil.rmtree(place.out, ignore_errors=True)
