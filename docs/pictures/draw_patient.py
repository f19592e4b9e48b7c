"""Draw the virtual patient of the guide to trials: ``python docs/pictures/draw_patient.py``."""

from pathlib import Path

import amoeboid as am

if __name__ == "__main__":
    story = am.patient("neoadjuvant-melanoma", "spared", out=Path(__file__).parent / "patient.png")
    print("\n".join(story.sentences))
