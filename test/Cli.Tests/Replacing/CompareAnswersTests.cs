using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

public sealed class CompareAnswersTests
{
    [Fact]
    public void Counts_all_answers_and_those_with_5xx() => Assert.Equal(
        new Answers(120, 7),
        CompareAnswers.Read("""
            # TYPE http_server_request_duration_seconds histogram
            http_server_request_duration_seconds_bucket{http_response_status_code="500",le="0.1"} 900
            http_server_request_duration_seconds_count{http_response_status_code="200",http_route="/orders/{id}"} 113 17
            http_server_request_duration_seconds_count{http_response_status_code="500",http_route="/orders/{id:guid}"} 4
            http_server_request_duration_seconds_count{http_response_status_code="503"} 3
            http_client_request_duration_seconds_count{http_response_status_code="500"} 50
            """));

    [Theory]
    [InlineData(100, 3, 900, 0, true)]
    [InlineData(100, 2, 900, 0, false)] // Two are chance.
    [InlineData(100, 5, 900, 45, false)] // The others fail as often.
    [InlineData(1000, 9, 9000, 0, false)] // Less than one in a hundred.
    [InlineData(0, 0, 0, 0, false)]
    public void Speaks_against_a_canary_that_fails_more_than_the_others(
        long all, long failed, long othersAll, long othersFailed, bool isFault) => Assert.Equal(
        isFault ? $"orders-2 answered {failed} of {all} requests with 5xx, and the others {othersFailed} of {othersAll}"
            : null,
        CompareAnswers.Fault("orders-2", new Answers(all, failed), new Answers(othersAll, othersFailed)));

    /// <summary>A process that starts anew counts from nothing, and what it failed before is no less failed.</summary>
    [Theory]
    [InlineData(100, 60, false)] // It fails more than the canary does.
    [InlineData(900, 0, true)]
    public async Task Counts_on_where_one_of_the_others_starts_anew(long all, long failed, bool isFault)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        var (orders, other) = (new Answers(0, 0), new Answers(1000, 50));
        store.Answered["orders-1"] = () => other;
        store.Answered["orders-2"] = () => orders;
        using var answers = new CompareAnswers([store.Orders[0]], store.Orders[1]);
        await answers.BeginAsync(stop);
        (orders, other) = (new Answers(100, 3), new Answers(all, failed));
        Assert.Equal(isFault, await answers.FaultAsync(stop) is not null);
        other = new Answers(10, 0); // Once more.
        Assert.Equal(
            isFault ? $"orders-2 answered 3 of 100 requests with 5xx, and the others {failed} of {all + 10}" : null,
            await answers.FaultSoFarAsync(stop));
    }
}
