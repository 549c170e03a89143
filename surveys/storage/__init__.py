"""Everything stored: tables, the unit of work, migrations. Only `surveys` reads or writes tables."""
