"""ftp.py - FTP clients: at.remote is the file, at.out where it goes.  Those that
can fetch a whole folder say how in mirror."""
from contender import contender


def url(at, path):
    return f"ftp://127.0.0.1:{at.upstream}/{path}"


def fil_mirror(at):
    return shell(at, [at.fil("fil-ftp"), "-q", "-n", "--tls", "no", "--login", "anonymous",
                      "127.0.0.1", at.upstream], f"mirror small {at.out}\n")


def lftp_mirror(at):
    return [at.program("lftp"), "--norc", "-c", f"{lftp_open(at)} mirror small {at.out}"]


def shell(at, command, typed):
    """A client to which this is typed, in the folder of what it fetches."""
    words = at.config(typed, "typed")
    return ["sh", "-c", 'cd "$1" && typed=$2 && shift 2 && exec "$@" <"$typed"', "sh",
            at.out.parent, words, *command]


@contender("ftpc", kind="ours", mirror=fil_mirror)
def fil(at):
    return [at.fil("fil-ftp"), "-q", "-n", "--tls", "no", "-o", at.out, url(at, at.remote)]


@contender("ftpc", package="curl")
def curl(at):
    return [at.program("curl"), "-s", "-S", "-o", at.out, url(at, at.remote)]


@contender("ftpc", package="wget")
def wget(at):
    return [at.program("wget"), "-q", "-O", at.out, url(at, at.remote)]


@contender("ftpc", package="tnftp")
def tnftp(at):
    return [at.program("tnftp"), "-V", "-o", at.out, url(at, at.remote)]


def lftp_open(at):
    return ("set ftp:use-feat no; set ftp:ssl-allow no; set net:max-retries 1; set xfer:log no; "
            f"open -u anonymous,a@b.c ftp://127.0.0.1:{at.upstream};")


@contender("ftpc", mirror=lftp_mirror, package="lftp")
def lftp(at):
    return [at.program("lftp"), "--norc", "-c",
            f"{lftp_open(at)} get /{at.remote} -o {at.out}"]


@contender("ftpc", package="inetutils-ftp")
def inetutils(at):
    return shell(at, [at.program("inetutils-ftp"), "-n", "-p", "127.0.0.1", at.upstream],
                 f"user anonymous a@b.c\nbinary\nget {at.remote} {at.out}\nquit\n")
