"""How fast the product is, told as ratios to hand-written floors served in the same process model.

Absolute figures say as much about the machine and its neighbours as about the code. A floor that runs in
the same minute, under the same server, with the same rows behind the same wall, does not: what is left
between the two is what the product adds.
"""
