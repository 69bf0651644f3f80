from relportal.launch.cli import main

raise SystemExit(main())
