import logging

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger("progresskit.integrations")
logger.setLevel(logging.DEBUG)
