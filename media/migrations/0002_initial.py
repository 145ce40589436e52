from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("media", "0001_initial")]
    operations = []
