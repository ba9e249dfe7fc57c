using System.Net;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

public sealed class ErasedSubjectTests(SampleService service) : IClassFixture<SampleService>
{
    [Fact]
    public async Task Refuses_a_token_from_when_its_account_is_known_to_be_erased_also_while_Users_is_away()
    {
        var (erased, other) = (Guid.NewGuid(), Guid.NewGuid());
        var (token, others) = (service.Tokens.Customer(erased), service.Tokens.Customer(other));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
        service.Ended.Erased = [erased];
        await Eventually.HoldsAsync(
            "the token is refused", async () => await StatusAsync(token) == HttpStatusCode.Unauthorized);
        service.Ended.IsAway = true;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(service.Tokens.Customer(erased)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(others));
    }

    [Fact]
    public void Takes_no_list_that_is_older_than_what_it_knows()
    {
        var subjects = new ErasedSubjects();
        var (before, subject) = (subjects.Known, Guid.NewGuid());
        subjects.Add(subject);
        subjects.Replace(before, []);
        Assert.True(subjects.Contains(subject.ToString()));
        subjects.Replace(subjects.Known, []);
        Assert.False(subjects.Contains(subject.ToString()));
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var response = await service.GetAsync("/customers", token);
        return response.StatusCode;
    }
}
