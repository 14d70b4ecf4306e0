"""Encoders: abstracts become vectors."""

from topics.encoders.base import Encoder
from topics.encoders.joined import JoinedEncoder, fit_encoder, load_encoder

__all__ = ["Encoder", "JoinedEncoder", "fit_encoder", "load_encoder"]
