using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;
using Tessera.MailDefaults;

namespace Tessera.Users.Tests;

/// <summary>What an answer costs is an answer too.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task Does_the_same_work_for_a_registration_whether_the_address_has_an_account_or_not()
    {
        var hasher = new CountingHasher();
        await using var users = await ServiceInMemory.StartAsync(
            "users", typeof(RegisterAccount).Assembly,
            messages => messages.Publishes<UserRegistered>(registered => registered.User),
            (services, _) => services.AddSingleton<IPasswordHasher<Account>>(hasher).AddSingleton<MailSignal>()
                .AddScoped<AccountStore>().AddScoped<MailQueue>().AddScoped<RegisterAccount>());
        foreach (var (password, mails) in new[] { ("a first password", 1L), ("another password", 2L) })
        {
            var before = hasher.Hashed;
            await using var scope = users.Get<IServiceScopeFactory>().CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<RegisterAccount>().RunAsync(
                new RegisterUserRequest("ann@example.com", password), TestContext.Current.CancellationToken);
            Assert.Equal(1, hasher.Hashed - before);
            var queued = await users.Get<IDatabase>().QueryAsync(
                "select count(*) from mails", [], row => row.GetInt64(0), TestContext.Current.CancellationToken);
            Assert.Equal(mails, queued.Single());
        }
        var accounts = await users.Get<IDatabase>().QueryAsync(
            "select password_hash from users", [], row => row.GetString(0), TestContext.Current.CancellationToken);
        Assert.Equal("hash of a first password", accounts.Single());
    }

    private sealed class CountingHasher : IPasswordHasher<Account>
    {
        public int Hashed { get; private set; }

        public string HashPassword(Account user, string password)
        {
            Hashed++;
            return "hash of " + password;
        }

        public PasswordVerificationResult VerifyHashedPassword(
            Account user, string hashedPassword, string providedPassword) => throw new InvalidOperationException(
                "A registration checks no password.");
    }
}
