"""Pages of applications to the grid (AP7, AP8), of the old retailer's inbox (CM6) and of point searches (IN3, IN4)."""
