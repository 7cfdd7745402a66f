"""`python -m fyrklang.cli`, the same as the command `fyrklang`."""

from fyrklang.cli import main

main(prog_name="fyrklang")
