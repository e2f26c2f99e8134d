"""A Python client against the running services: what any other language sees of them."""

import tempfile
import time
import unittest

import grpc

import stubs
from product import Served

CELL = "|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|"
SMALL = stubs.common.NetworkOptions(channels=4, cells_per_stage=1)
SECONDS = 60


def score_settings(*proxies):
    return stubs.scorer.ScoreSettings(
        proxies=[stubs.scorer.ProxyRequest(id=proxy, batch_size=8) for proxy in proxies],
        data=stubs.scorer.ScoreData(dataset=stubs.common.Dataset(noise=stubs.common.BUILTIN_DATASET_CIFAR10)),
        network=SMALL,
        recompute=True,
    )


def small_search():
    """Guided evolution with two members, three real trainings on a few MNIST images."""
    return stubs.searcher.SearchSpec(
        space=stubs.common.SEARCH_SPACE_NAS_BENCH_201,
        regularized_evolution=stubs.searcher.RegularizedEvolution(population_size=2, tournament_size=2),
        guidance=stubs.searcher.Guidance(
            proxies=[stubs.scorer.ProxyRequest(id="gradsign", batch_size=8)], pool_size=2
        ),
        training=stubs.searcher.TrainingEvaluation(
            dataset=stubs.common.Dataset(builtin=stubs.common.BUILTIN_DATASET_MNIST),
            network=SMALL,
            trainer=stubs.benchmark.TrainerOptions(
                epochs=1, batch_size=32, train_samples=64, validation_samples=64, test_samples=64
            ),
        ),
        budget=stubs.searcher.Budget(trials=3),
        seed=1,
    )


def rich_status(error):
    """The google.rpc.Status that travels beside a gRPC error."""
    (details,) = [v for k, v in error.trailing_metadata() if k == "grpc-status-details-bin"]
    return stubs.status.Status.FromString(details)


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        home = tempfile.TemporaryDirectory()
        cls.addClassCleanup(home.cleanup)
        cls.served = Served(home.name)
        cls.addClassCleanup(cls.served.stop)
        cls.channels = {name: grpc.insecure_channel(cls.served.addresses[name]) for name in ("scorer", "searcher")}
        for channel in cls.channels.values():
            cls.addClassCleanup(channel.close)
        cls.scorer = stubs.scorer_grpc.ScorerServiceStub(cls.channels["scorer"])
        cls.searcher = stubs.searcher_grpc.SearcherServiceStub(cls.channels["searcher"])

    def test_services_are_serving(self):
        for name, channel in self.channels.items():
            health = stubs.health_grpc.HealthStub(channel)
            answer = health.Check(stubs.health.HealthCheckRequest(), timeout=SECONDS)
            self.assertEqual(answer.status, stubs.health.HealthCheckResponse.SERVING, name)

    def test_reflection_lists_the_service(self):
        reflection = stubs.reflection_grpc.ServerReflectionStub(self.channels["scorer"])
        request = stubs.reflection.ServerReflectionRequest(list_services="*")
        answer = next(reflection.ServerReflectionInfo(iter([request]), timeout=SECONDS))
        names = [service.name for service in answer.list_services_response.service]
        self.assertIn("gradsign.scorer.v1.ScorerService", names)

    def test_proxies_are_listed_with_their_definitions(self):
        proxies = {p.id: p for p in self.scorer.ListProxies(stubs.scorer.ListProxiesRequest(), timeout=SECONDS).proxies}
        self.assertLessEqual({"gradsign", "snip", "grad_norm", "params"}, set(proxies))
        self.assertTrue(proxies["gradsign"].higher_is_better)
        self.assertTrue(all(proxy.definition for proxy in proxies.values()))

    def test_a_score_is_the_same_each_time(self):
        request = stubs.scorer.ScoreArchitectureRequest(
            architecture=stubs.scorer.SpaceArchitecture(
                space=stubs.common.SEARCH_SPACE_NAS_BENCH_201, architecture=CELL
            ),
            settings=score_settings("gradsign", "params"),
        )
        first, second = (self.scorer.ScoreArchitecture(request, timeout=SECONDS).scores for _ in range(2))
        self.assertEqual([score.proxy for score in first], ["gradsign", "params"])
        self.assertEqual([score.value for score in first], [score.value for score in second])
        self.assertGreater(first[0].value, 0)
        self.assertLessEqual(first[0].value, 8 * first[0].weights)
        self.assertEqual(first[0].source, stubs.scorer.SCORE_SOURCE_COMPUTED)

    def test_stream_keeps_the_order_and_reports_one_bad_architecture_in_its_place(self):
        request = stubs.scorer.ScoreArchitecturesRequest(
            space=stubs.common.SEARCH_SPACE_NAS_BENCH_201,
            architectures=[CELL, "|nonsense~0|", CELL],
            settings=score_settings("gradsign"),
        )
        answers = list(self.scorer.ScoreArchitectures(request, timeout=SECONDS))
        self.assertEqual([answer.index for answer in answers], [0, 1, 2])
        self.assertEqual(answers[0].scores[0].value, answers[2].scores[0].value)
        self.assertEqual(answers[1].error.code, grpc.StatusCode.INVALID_ARGUMENT.value[0])
        self.assertIn("nonsense", answers[1].error.message)

    def test_malformed_architecture_is_a_field_violation(self):
        request = stubs.scorer.ScoreArchitectureRequest(
            architecture=stubs.scorer.SpaceArchitecture(
                space=stubs.common.SEARCH_SPACE_NAS_BENCH_201, architecture="|nonsense~0|"
            ),
            settings=score_settings("gradsign"),
        )
        with self.assertRaises(grpc.RpcError) as raised:
            self.scorer.ScoreArchitecture(request, timeout=SECONDS)
        error = raised.exception
        self.assertEqual(error.code(), grpc.StatusCode.INVALID_ARGUMENT)
        status = rich_status(error)
        self.assertEqual((status.code, status.message), (error.code().value[0], error.details()))
        violations = []
        for detail in status.details:
            bad_request = stubs.error_details.BadRequest()
            if detail.Unpack(bad_request):
                violations.extend(bad_request.field_violations)
        self.assertEqual([violation.field for violation in violations], ["architecture.architecture"])
        self.assertIn("nonsense", violations[0].description)

    def test_search_runs_to_its_end(self):
        created = self.searcher.CreateSearch(
            stubs.searcher.CreateSearchRequest(spec=small_search(), request_id="interop"), timeout=SECONDS
        ).search
        again = self.searcher.CreateSearch(
            stubs.searcher.CreateSearchRequest(spec=small_search(), request_id="interop"), timeout=SECONDS
        ).search
        self.assertEqual(again.name, created.name)

        events = list(self.searcher.WatchSearch(stubs.searcher.WatchSearchRequest(name=created.name), timeout=240))
        last = [event.search for event in events if event.WhichOneof("event") == "search"][-1]
        self.assertEqual(last.state, stubs.searcher.SEARCH_STATE_SUCCEEDED, last.error.message)

        answer = self.searcher.ListTrials(stubs.searcher.ListTrialsRequest(parent=created.name), timeout=SECONDS)
        self.assertEqual([trial.number for trial in answer.trials], [1, 2, 3])
        for trial in answer.trials:
            self.assertEqual(trial.state, stubs.searcher.TRIAL_STATE_SUCCEEDED, trial.error.message)
            self.assertTrue(0 <= trial.reward <= 100)
        best = max(answer.trials, key=lambda trial: trial.reward)
        self.assertEqual(last.best_trial.reward, best.reward)
        # The first two fill the population; the third is the better-scored of a pool of two.
        self.assertEqual(len(answer.trials[2].pool), 2)
        self.assertEqual(
            max(answer.trials[2].pool, key=lambda candidate: candidate.score).architecture,
            answer.trials[2].architecture,
        )


class StopTest(unittest.TestCase):
    def test_stopping_leaves_no_process_behind(self):
        with tempfile.TemporaryDirectory() as home:
            served = Served(home)
            # The command itself and the three services, at least.
            self.assertGreaterEqual(len(served.processes()), 4)
            started = time.monotonic()
            code, left = served.stop()
            self.assertEqual((code, left), (0, []))
            self.assertLess(time.monotonic() - started, 20)


if __name__ == "__main__":
    unittest.main()
