"""The model as cdk8s constructs: the only part that knows cdk8s, and Node behind it.

Import it late: it takes half a second. The package itself is what runs in Python; whatever is in it waits
for Node, which another thread can do.
"""

import os

from jsii import _type_checking

from generator import tools

# jsii takes whatever Node is on PATH and prints a banner when it is an old one: use the one that comes with gen.
os.environ.setdefault("JSII_NODE", str(tools.node_path()))

# jsii holds every argument against its annotation once more in Python (0.1 s of a first build), unless
# Python runs with -O. mypy did that before, Node's half does it again, and the result is held against schemas.
_type_checking._resolved_check = lambda **_: None
