"""HTTP and sockets: the app, its security, routes.  The only package that knows fastapi."""
