using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class TokenAndKeyTests : IDisposable
{
    private readonly TemporaryFolder _data = new("keys");
    private readonly TestTokens _before = new();
    private readonly TestTokens _after = new();

    [Fact]
    public async Task A_token_that_is_checked_while_its_key_goes_is_not_known_afterwards()
    {
        var tessera = Options.Create(new TesseraOptions { DataDirectory = _data.Path });
        var clock = new InterruptedClock();
        _before.WriteKeys(_data.Path);
        using var keys = new KeySet(new NobodyThere(), tessera, clock, NullLogger<KeySet>.Instance);
        keys.Load();
        var ended = new EndedTokens(new ErasedSubjects(), new EndedSignIns(clock));
        var tokens = new TokenValidator(tessera, keys, ended, clock);
        var token = _before.Customer(Guid.NewGuid());
        clock.BeforeNextLook = () =>
        {
            _after.WriteKeys(_data.Path);
            keys.Load();
        };

        var meanwhile = await tokens.ValidateAsync(token, default);
        Assert.NotNull(meanwhile.Caller); // Its key was trusted when it came.
        Assert.Null(clock.BeforeNextLook);
        var afterwards = await tokens.ValidateAsync(token, default);
        Assert.Equal("its key is not known", afterwards.Reason);
    }

    public void Dispose()
    {
        _before.Dispose();
        _after.Dispose();
        _data.Dispose();
    }

    private sealed class NobodyThere : IKeySource
    {
        public Task<string> FetchAsync(CancellationToken stop) => throw new HttpRequestException("Users is away.");
    }

    /// <summary>The check looks at the clock once it knows the key and before it is done.</summary>
    private sealed class InterruptedClock : TimeProvider
    {
        public Action? BeforeNextLook { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            var act = BeforeNextLook;
            BeforeNextLook = null;
            act?.Invoke();
            return System.GetUtcNow();
        }
    }
}
