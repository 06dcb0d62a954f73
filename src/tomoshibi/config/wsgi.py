"""What the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

from tomoshibi.worker import registry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
application = get_wsgi_application()
registry.definitions()  # now, not during somebody's request
