"""The part of Redis that live matches use, in memory, with every fault of a network and of a disk at will.

`store`   the data and the commands        `lua`    scripts, run as they are
`wire`    connections, lost and late words `client` what production code holds in its hands
`loop`    an event loop whose clock is told the time
"""
