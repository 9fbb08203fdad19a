"""What is searched, now and in earlier versions."""

from __future__ import annotations

from engine.protocol.messages import GetSpace, GetVersions, Space, VersionView

from .base import Viewer


async def get_space(viewer: Viewer, request: GetSpace) -> Space:
    """Show the parameters as searched in a version."""
    return viewer.source.space(request.version)


async def get_versions(viewer: Viewer, request: GetVersions) -> list[VersionView]:
    """List the versions of the space."""
    return viewer.source.versions()
