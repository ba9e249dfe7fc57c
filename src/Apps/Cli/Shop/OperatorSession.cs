using System.Text.Json.Serialization;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>Signed in as the operator of this data folder; the token is renewed before it ends.</summary>
internal sealed class OperatorSession(ShopClient shop, OperatorCredentials credentials, TimeProvider clock)
    : IDisposable
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
            ["grant_type"] = "password",
            ["username"] = credentials.Email,
            ["password"] = credentials.Password,
        }, stop);
        if (!answer.IsSuccess)
        {
            throw new UserError($"The operator {credentials.Email} could not sign in: {answer.Problem()}");
        }
        var token = answer.Read<TokenAnswer>();
        return new Token(token.AccessToken, clock.GetUtcNow() + TimeSpan.FromSeconds(token.ExpiresIn * 0.8));
    }

    private sealed record Token(string Value, DateTimeOffset Until);

    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("expires_in")] int ExpiresIn);
}
