"""Charts as inline SVG, styled by the page's own classes: no colour is written here, so that light, dark and print share them."""
