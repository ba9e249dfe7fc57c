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
}
