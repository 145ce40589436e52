"""Set-up and supervision: what `manage.py run|test|lint|…` does around the product.

Runs on a bare Python 3.11 with nothing installed, hence the standard library only. The modules
that work inside the finished environment say so: `catalogues`, `database`, `coverage_by_app`.
"""
