from django.db import migrations

# The queue tells workers of jobs that come. Of jobs that share a lock all but one are passed over then, and nobody would
# look at them again before the next round of polling: when the lock comes free, workers are told once more.
_FORWARD = """
CREATE FUNCTION worker_lock_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payload text := json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text;
BEGIN
    PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name, payload);
    PERFORM pg_notify('procrastinate_any_queue_v1', payload);
    RETURN NULL;
END;
$$;
CREATE TRIGGER worker_lock_is_free_after_delete AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL) EXECUTE FUNCTION worker_lock_is_free();
CREATE TRIGGER worker_lock_is_free_after_update AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND NEW.status <> 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION worker_lock_is_free();
"""
_BACKWARD = """
DROP TRIGGER worker_lock_is_free_after_update ON procrastinate_jobs;
DROP TRIGGER worker_lock_is_free_after_delete ON procrastinate_jobs;
DROP FUNCTION worker_lock_is_free();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("worker", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunSQL(_FORWARD, _BACKWARD)]
