"""A message to many is turned into JSON once."""

import msgspec

from protocol.codec import JsonCodec


def test_the_same_object_is_not_turned_again() -> None:
    codec = JsonCodec()
    one, other = msgspec.msgpack.encode([98, 1]), msgspec.msgpack.encode([98, 2])
    text = codec.transcode(one)
    assert text == "[98,1]"
    assert codec.transcode(one) is text
    assert codec.transcode(other) == "[98,2]"
    assert codec.transcode(one) == text
