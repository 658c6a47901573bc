"""unpacked.py - peers whose packages exclude each other, unpacked side by side.

Their place is tests/peers, or what FIL_PEERS says."""
import fcntl, functools, os, pathlib, shutil, tempfile

from harness import BUILD, Skip, run


@functools.cache
def unpacked(name, *packages):
    """The folder that holds what these Debian packages would install below /.
    CI=true fetches them; elsewhere that is a choice."""
    place = pathlib.Path(os.environ.get("FIL_PEERS", BUILD / "tests" / "peers")) / name
    if (place / "complete").exists():
        return place
    if os.environ.get("CI") != "true" or not shutil.which("apt-get"):
        raise Skip(f"{name}: CI=true fetches and unpacks it")
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            _unpack(place, packages)
    return place


def libraries(place):
    """The environment in which its programs find what came with them."""
    found = (str(path) for path in (place / "usr/lib").glob("*-linux-gnu"))
    return {"LD_LIBRARY_PATH": ":".join(found)}


def _unpack(place, packages):
    with tempfile.TemporaryDirectory(prefix="fil-deb-") as folder:
        for package in packages:
            status, _, err = run(["apt-get", "download", package], deadline=120, cwd=folder)
            if status != 0:
                raise Skip(f"missing: {package}: {err.decode().strip()}")
        for package in pathlib.Path(folder).glob("*.deb"):
            status, _, err = run(["dpkg", "-x", package, place], deadline=60)
            assert status == 0, err
    (place / "complete").touch()
