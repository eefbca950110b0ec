-- plinth:revision 4f1c0a7be2d3
-- plinth:revises (base)
-- plinth:message initial setup

-- plinth:upgrade
-- Changes nothing: it proves the cycle of upgrade and downgrade before there is anything to lose.

-- plinth:downgrade
-- Changes nothing.
