"""contenders - a file a kind of server or client: how each is started."""
from contenders import chat, echo, ftp, ftpd, http, proxy, tftpd, tls
