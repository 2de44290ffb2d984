"""What people who rate are served: plain pages beside Streamlit, with one small script."""

from web.annotate.routes import annotate_routes

__all__ = ["annotate_routes"]
