"""Reading service catalogs from files: bytes in, entries and problems out. Nothing here touches the database."""
