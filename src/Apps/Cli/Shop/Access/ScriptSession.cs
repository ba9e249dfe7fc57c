using System.Text.Json.Serialization;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>Calls as the client <c>scripts</c>, whose secret the store keeps in its data folder for its owner; the
/// token is renewed before it ends.</summary>
internal sealed class ScriptSession(ShopClient shop, RunFolder folder, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _signingIn = new(1, 1);
    private volatile Token? _token;

    public async ValueTask<string> TokenAsync(CancellationToken stop)
    {
        if (_token is { } known && known.Until > clock.GetUtcNow()) return known.Value;
        await _signingIn.WaitAsync(stop);
        try
        {
            if (_token is { } fresh && fresh.Until > clock.GetUtcNow()) return fresh.Value;
            _token = await SignInAsync(stop);
            return _token.Value;
        }
        finally
        {
            _signingIn.Release();
        }
    }

    public void Dispose() => _signingIn.Dispose();

    private async Task<Token> SignInAsync(CancellationToken stop)
    {
        var answer = await shop.PostFormAsync("/connect/token", new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "scripts",
            ["client_secret"] = await SecretAsync(stop),
        }, stop);
        if (!answer.IsSuccess)
            throw new UserError($"The store gives no token to its own scripts: {answer.Problem()}");
        var token = answer.Read<TokenAnswer>();
        return new Token(token.AccessToken, clock.GetUtcNow() + TimeSpan.FromSeconds(token.ExpiresIn * 0.8));
    }

    private async Task<string> SecretAsync(CancellationToken stop)
    {
        var file = Path.Combine(folder.Data, "clients", "scripts.secret");
        try
        {
            return (await File.ReadAllTextAsync(file, stop)).Trim();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserError($"{file} is missing: no store was started in {folder.Data} yet, or it runs on " +
                "another machine. Start one with: tessera up");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UserError($"{file} is for the store's owner alone: ask as who has started the store.");
        }
    }

    private sealed record Token(string Value, DateTimeOffset Until);
}

/// <summary>What the token endpoint answers (RFC 6749 §5.1).</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken = null);
