"""What many write instead of an emulator: FastAPI, models of the body, and a dictionary. `fastapi_dict.py PORT`."""

import sys

import uvicorn
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel


class Activity(BaseModel):
    name: str
    nature: str | None = None
    external_id: str | None = None


class Client(BaseModel):
    name: str
    email: str | None = None
    external_id: str | None = None
    client_type: str


class NewCase(BaseModel):
    activity: Activity
    client: Client


app = FastAPI()
cases: dict[int, NewCase] = {}


@app.post("/integrations/core/cases", status_code=201)
async def create(case: NewCase, x_workflow_access_key: str = Header()) -> dict[str, object]:
    if not x_workflow_access_key.startswith("test_"):
        raise HTTPException(401)
    number = 1024 + len(cases)
    cases[number] = case
    client = {"id": number, "external_id": case.client.external_id, "name": case.client.name}
    return {"case_id": number, "external_id": case.activity.external_id, "status": "in_progress", "client": client}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
