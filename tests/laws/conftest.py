"""Makes the package `lawbook` beside this file importable, whatever the import mode and the folder pytest starts in."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
