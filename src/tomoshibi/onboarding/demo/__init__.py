"""
The demonstration: an invented retailer with two thousand invented customers on real tariffs, banks and calendars.

Everything is generated from a seed, so two demos are alike to the yen. Addresses are real postal codes with house
numbers that nobody has, telephone numbers begin with exchanges that do not exist, mail goes to ``example.jp``.
"""
