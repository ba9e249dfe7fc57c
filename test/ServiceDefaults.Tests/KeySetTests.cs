using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class KeySetTests : IDisposable
{
    private readonly TemporaryFolder _data = new("keys");
    private readonly FakeTimeProvider _clock = new();
    private readonly CountedSource _users = new();
    private readonly List<TestTokens> _issuers = [];

    private KeySet NewKeySet(TimeProvider? clock = null) => new(
        _users, Options.Create(new TesseraOptions { DataDirectory = _data.Path }), clock ?? _clock,
        NullLogger<KeySet>.Instance);

    private string NewKeys()
    {
        using var folder = new TemporaryFolder("issuer");
        var issuer = new TestTokens();
        _issuers.Add(issuer);
        issuer.WriteKeys(folder.Path);
        var json = File.ReadAllText(Path.Combine(folder.Path, "keys", "jwks.json"));
        return json.Replace(issuer.KeyId, $"key-{_issuers.Count}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_what_it_heard_over_a_restart_without_Users()
    {
        _users.Answer = NewKeys();
        using (var before = NewKeySet()) Assert.True(await before.RefreshAsync(default));
        _users.Answer = null;
        using var after = NewKeySet();
        after.Load();
        Assert.Equal(["key-1"], after.Current.Keys.Keys);
    }

    [Fact]
    public async Task Keeps_the_old_keys_while_Users_is_away()
    {
        using var keys = NewKeySet();
        _users.Answer = NewKeys();
        await keys.RefreshAsync(default);
        _users.Answer = null;
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(await keys.RefreshAsync(default));
        Assert.Equal(["key-1"], keys.Current.Keys.Keys);
    }

    [Fact]
    public async Task Asks_Users_once_for_any_number_of_unknown_keys()
    {
        using var keys = NewKeySet();
        _users.Answer = NewKeys();
        await keys.RefreshAsync(default);
        for (var unknown = 0; unknown < 100; unknown++) await keys.RefreshAsync(default);
        Assert.Equal(1, _users.Asked);
        _clock.Advance(TimeSpan.FromSeconds(6));
        await keys.RefreshAsync(default);
        Assert.Equal(2, _users.Asked);
    }

    [Fact]
    public async Task Learns_of_a_new_key_although_the_clock_was_set_back()
    {
        var clock = new ClockSetBack(_clock);
        using var keys = NewKeySet(clock);
        _users.Answer = NewKeys();
        await keys.RefreshAsync(default);
        clock.SetBack = TimeSpan.FromHours(1);
        _clock.Advance(TimeSpan.FromSeconds(6));
        _users.Answer = NewKeys();
        await keys.RefreshAsync(default);
        Assert.Equal("key-2", keys.Current.Keys.Keys.Single());
    }

    [Fact]
    public async Task Forgets_what_was_verified_when_keys_changed_and_only_then()
    {
        using var keys = NewKeySet();
        _users.Answer = NewKeys();
        await keys.RefreshAsync(default);
        var first = keys.Current;
        _clock.Advance(TimeSpan.FromMinutes(1));
        await keys.RefreshAsync(default);
        Assert.Same(first, keys.Current);
        _users.Answer = NewKeys();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await keys.RefreshAsync(default);
        Assert.NotSame(first.Verified, keys.Current.Verified);
        Assert.Equal("key-2", keys.Current.Keys.Keys.Single());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}""")]
    public async Task Takes_no_key_set_that_cannot_be_trusted(string answer)
    {
        using var keys = NewKeySet();
        _users.Answer = answer;
        Assert.False(await keys.RefreshAsync(default));
        Assert.Empty(keys.Current.Keys);
    }

    [Fact]
    public void Starts_with_a_broken_key_file()
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, "keys"));
        File.WriteAllText(Path.Combine(_data.Path, "keys", "jwks.json"), "{");
        using var keys = NewKeySet();
        keys.Load();
        Assert.Empty(keys.Current.Keys);
    }

    public void Dispose()
    {
        _issuers.ForEach(issuer => issuer.Dispose());
        _data.Dispose();
    }

    /// <summary>The time of day was set back; what counts intervals goes on.</summary>
    private sealed class ClockSetBack(TimeProvider clock) : TimeProvider
    {
        public TimeSpan SetBack { get; set; }

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() - SetBack;
    }

    private sealed class CountedSource : IKeySource
    {
        public string? Answer { get; set; }

        public int Asked { get; private set; }

        public Task<string> FetchAsync(CancellationToken stop)
        {
            Asked++;
            return Answer is null ? throw new HttpRequestException("Users is away.") : Task.FromResult(Answer);
        }
    }
}
