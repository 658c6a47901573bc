"""http.py - HTTP clients: 1 GiB from nginx into a file on tmpfs."""
NAME, TITLE = "http", "http: clients, 1 GiB from nginx into a file on tmpfs"


def run(bench):
    bench.folder_of_ftp()
    with bench.server_of("http-server", "nginx") as port:
        bench.each(one, upstream=port, starts=False)


def one(bench, place, who):
    with bench.noting(who, "download"):
        seconds, cpu = bench.fetched(who, place, who.command(place), bench.mib(1024) << 20)
        bench.results.less("download of 1 GiB: time", who.name, seconds, "s", 3)
        bench.results.less("download of 1 GiB: client CPU", who.name, cpu, "s", 3)
