"""tftpd.py - TFTP servers, files on tmpfs, one client for all."""
import array, os

from measure import LoadError, load

NAME, TITLE = "tftpd", "tftpd: TFTP servers, files on tmpfs"
GRID = ((512, 1), (1428, 1), (65464, 1), (512, 16), (512, 64), (1428, 16), (1428, 64),
        (65464, 16), (65464, 64))
MIB, CLIENTS = 32, 100


def run(bench):
    folder = bench.tree / "tftp"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    content = os.urandom(bench.mib(MIB) << 20)
    (folder / "big").write_bytes(content)
    (folder / "one").write_bytes(content[:1 << 20])
    bench.sum = sum(array.array("I", content))
    bench.each(one, kind="udp")


def one(bench, server, who):
    for blksize, window in GRID:
        name = f"{MIB} MiB, blksize {blksize:,}, window {window}"
        with bench.noting(who, f"get, {name}"):
            get(bench, server, who, (blksize, window), name)
        if who.get("writes"):
            with bench.noting(who, f"put, {name}"):
                put(bench, server, who, (blksize, window), name)
    with bench.noting(who, "at once"):
        said = load("tftpload", server.port, "many", "one", 1428, 1, bench.many(CLIENTS))
        title = f"{CLIENTS} gets of 1 MiB at once"
        bench.results.more(title, who.name, said["mb_s"], "MB/s")
        bench.results.more(f"{title}: done", who.name,
                           100 * said["ok"] / bench.many(CLIENTS), "%")


def granted(said):
    if "unsupported" in said:
        raise LoadError(said["unsupported"])
    return said


def get(bench, server, who, options, name):
    before = server.cpu()
    said = granted(load("tftpload", server.port, "rrq", "big", *options))
    used = server.cpu() - before
    if said["sum"] != bench.sum or said["bytes"] != bench.mib(MIB) << 20:
        raise LoadError(f"the file is another one: {said['bytes']} bytes")
    bench.results.more(f"get, {name}", who.name, said["mb_s"], "MB/s")
    bench.results.less(f"get, {name}: server CPU", who.name,
                       used / (said["bytes"] / (1 << 30)), "s/GiB", 2)


def put(bench, server, who, options, name):
    size = bench.mib(MIB) << 20
    path = bench.tree / "tftp" / f"put-{who.name}-{bench.results.round}"
    try:
        said = granted(load("tftpload", server.port, "wrq", path.name, *options, size))
        if path.stat().st_size != size:
            raise LoadError(f"{path.stat().st_size} of {size} bytes were stored")
    finally:
        if path.exists():
            path.unlink()
    bench.results.more(f"put, {name}", who.name, said["mb_s"], "MB/s")
