__version__ = "0.2.0"

import os
os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE') # read when torch is imported: idle threads sleep rather than spin
