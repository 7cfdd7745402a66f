"""`python -m fyrklang.cli`, the same as the command `fyrklang`."""

from fyrklang.cli import main

# A process that multiprocessing starts reads this file too.
if __name__ == "__main__":
    main(prog_name="fyrklang")
