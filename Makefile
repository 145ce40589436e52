# Thin aliases: everything is in manage.py, which also works without make.
# Examples: `make run PORT=8001`, `make test ARGS="-k lecture"`.
PYTHON ?= python3

.PHONY: run build test test-postgres coverage lint lock messages bench screens
run build test test-postgres coverage lint lock messages bench screens:
	@$(PYTHON) manage.py $@ $(ARGS)
