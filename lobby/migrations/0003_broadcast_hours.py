import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lobby", "0002_chat")]

    operations = [
        migrations.AddField(
            "broadcast",
            "hours",
            models.PositiveSmallIntegerField(
                default=24,
                help_text="For so long it is kept for those who come later.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(336),
                ],
            ),
        )
    ]
