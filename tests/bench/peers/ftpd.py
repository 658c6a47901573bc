"""ftpd.py PORT FOLDER MODULES - pyftpdlib, with an anonymous account that may
write.  It uses sendfile by itself."""
import logging, sys, warnings

warnings.simplefilter("ignore")
sys.path[:0] = sys.argv[3:]

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

logging.disable(logging.CRITICAL)
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_anonymous(sys.argv[2], perm="elradfmwMT")
server = FTPServer(("127.0.0.1", int(sys.argv[1])), FTPHandler, backlog=1024)
server.max_cons = server.max_cons_per_ip = 0
server.serve_forever(handle_exit=False)
