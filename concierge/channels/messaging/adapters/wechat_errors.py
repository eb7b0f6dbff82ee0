"""What WeChat's codes mean for a message.

developers.weixin.qq.com/doc/service: api/customer/message/api_sendcustommessage, api/base/api_getstableaccesstoken.
"""

from __future__ import annotations

from typing import Any

from concierge.channels.messaging.model import NotNow, Refused, Unclear

EXPIRED = {40001, 40014, 42001}  # the token
_WRONG, _BUSY, _TOO_FAST = {40013, 40125, 40164}, {-1}, {45009, 45011}
_REFUSED = {45015: "window_closed", 45047: "quota_spent"}


def problem_of(code: Any) -> NotNow | Refused | Unclear:
    if code in EXPIRED:
        return NotNow("token_expired", 0.5)
    if code in _WRONG:
        return NotNow(f"token_refused ({code})", 60.0, ours=True)
    if code in _TOO_FAST:
        return NotNow(f"too_fast ({code})", 30.0)
    # “The system is busy, try again later”: of what had been done by then WeChat says nothing.
    return Unclear("wechat_busy") if code in _BUSY else Refused(_REFUSED.get(code, f"wechat_{code}"))
