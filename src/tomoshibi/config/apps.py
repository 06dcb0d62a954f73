from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The roof: on start it tells the worker which jobs, reactions and schedules there are, and pages their fragments."""

    name = "tomoshibi.config"
    label = "config"

    def ready(self) -> None:
        from tomoshibi.config import company, fragments, reactions, schedule, things
        from tomoshibi.config.rooms import ROOMS
        from tomoshibi.identity import queries as identity
        from tomoshibi.ui import addresses, currency
        from tomoshibi.ui import fragments as ui_fragments
        from tomoshibi.ui.lists import shelf
        from tomoshibi.worker import registry

        currency.learn_from(company.currency_code)
        addresses.set_pages(things.PAGES)
        registry.set_packages([f"tomoshibi.{room}" for room in ROOMS])
        registry.set_reactions(reactions.TABLE)
        registry.set_schedules(schedule.TABLE)
        ui_fragments.set_table(fragments.TABLE)
        shelf.set_shelf(
            shelf.Shelf(
                views=identity.kept_views,
                keep="identity:keep_view",
                forget="identity:forget_view",
                open_with="identity:open_with_view",
            )
        )
