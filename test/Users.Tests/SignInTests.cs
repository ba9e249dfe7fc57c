using System.Net;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests;

public sealed class SignInTests(SignInTests.LongDelay users) : IClassFixture<SignInTests.LongDelay>
{
    private const string Owner = "198.51.100.7";
    private const string Stranger = "203.0.113.9";
    private const HttpStatusCode In = HttpStatusCode.SeeOther;
    private const HttpStatusCode Refused = HttpStatusCode.UnprocessableEntity;

    /// <summary>Who is kept waiting is kept for longer than a test lasts.</summary>
    public sealed class LongDelay : UsersProcess
    {
        protected override IEnumerable<(string, string)> Settings =>
            [("Users:FailedSignInsMax", "3"), ("Users:SignInDelay", "00:05:00")];
    }

    [Fact]
    public async Task Signs_in_all_who_come_at_once_with_the_right_password()
    {
        await users.NewCustomerAsync("crowd@example.com");
        var all = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => users.PasswordAsync("crowd@example.com", UsersProcess.Password, Owner)));
        Assert.All(all, one => Assert.Equal(In, one));
    }

    [Theory]
    [InlineData(Stranger, Owner)]
    [InlineData("2001:db8:0:1::9", "2001:db8:0:2::9")]
    public async Task Lets_the_owner_in_whatever_a_stranger_of_another_network_guesses(string stranger, string owner)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await users.NewCustomerAsync(email);
        for (var guess = 0; guess < 5; guess++)
            Assert.Equal(Refused, await StatusAsync(email, "a guess", stranger));
        Assert.Equal(In, await StatusAsync(email, UsersProcess.Password, owner));
        Assert.Equal(Refused, await StatusAsync(email, UsersProcess.Password, stranger));
    }

    [Fact]
    public async Task Gives_guesses_that_come_at_once_few_more_tries_than_single_ones()
    {
        const string email = "guessed@example.com";
        await users.NewCustomerAsync(email);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StatusAsync(email, "a guess", Stranger)));
        // Three are free, and when the third has failed two more may be under way.
        Assert.InRange(await FailuresAsync(email), 3, 5);
        Assert.Equal(Refused, await StatusAsync(email, UsersProcess.Password, Stranger));
        Assert.InRange(await FailuresAsync(email), 3, 5); // What is refused unchecked makes nobody wait longer.
    }

    [Fact]
    public async Task Counts_one_host_of_IPv6_by_its_network()
    {
        const string email = "six@example.com";
        await users.NewCustomerAsync(email);
        for (var host = 1; host <= 3; host++) await StatusAsync(email, "a guess", $"2001:db8:0:3::{host}");
        Assert.Equal(
            Refused, await StatusAsync(email, UsersProcess.Password, "2001:db8:0:3:ffff::1"));
    }

    [Fact]
    public async Task Counts_failures_anew_after_a_success()
    {
        await users.NewCustomerAsync("patient@example.com");
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(Refused, await StatusAsync("patient@example.com", "a typo", Owner));
            Assert.Equal(
                In, await StatusAsync("patient@example.com", UsersProcess.Password, Owner));
        }
    }

    [Fact]
    public async Task Answers_an_unknown_user_as_it_answers_a_wrong_password()
    {
        await users.NewCustomerAsync("known@example.com");
        for (var guess = 0; guess < 4; guess++)
        {
            var wrong = await PageAsync("known@example.com", "not this one");
            var unknown = await PageAsync("unknown@example.com", "not this one");
            Assert.Equal((Refused, Refused), (wrong.Status, unknown.Status));
            Assert.Equal(wrong.Faults, unknown.Faults);
        }
        Assert.Equal(await FailuresAsync("known@example.com"), await FailuresAsync("unknown@example.com"));
    }

    [Fact]
    public async Task Gives_a_registration_whose_answer_was_lost_the_same_answer_again()
    {
        var request = new { email = "again@example.com", password = UsersProcess.Password, name = "Ada" };
        using var first = await users.SendAsync(HttpMethod.Post, "/users", null, request);
        using var again = await users.SendAsync(HttpMethod.Post, "/users", null, request);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, again.StatusCode));
        Assert.Equal(
            await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Tells_nobody_by_a_registration_whether_a_password_is_right()
    {
        const string email = "taken@example.com";
        await users.NewCustomerAsync(email);
        List<string> answers = [];
        foreach (var password in new[] { "a long guess", UsersProcess.Password })
        {
            using var taken = await users.SendAsync(HttpMethod.Post, "/users", null, new { email, password });
            Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
            answers.Add(await taken.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        Assert.Single(answers.Distinct());
    }

    private Task<HttpStatusCode> StatusAsync(string email, string password, string network) =>
        users.PasswordAsync(email, password, network);

    private async Task<Page> PageAsync(string email, string password)
    {
        using var visitor = new Visitor(users, Stranger);
        return await visitor.SignInAsync(email, password);
    }

    private Task<long> FailuresAsync(string email) => UsersDatabase.CountAsync(
        users, "select cast(sum(failures) as bigint) from sign_in_failures where account = @given",
        EmailAddress.KeyOf(email));
}
