"""`manage.py chaos --play lobby`: parties queue for five against five while nodes are killed."""
