"""What a stranger without a personal link sees."""

from __future__ import annotations

from pages.components.auth import draw_refusal

draw_refusal()
